/** The subject of a made-up sighting, which says so wherever it is shown. */
export interface Synthetic {
	readonly tenantId: string;
	/** 40 hex characters, as Defender's are, and none of Defender's. */
	readonly deviceId: string;
	readonly deviceName: string;
	/** Put into the command line, in plain words. */
	readonly words: string;
	readonly at: Date;
}

/** Stands for "no tenant of anybody". */
export const inventedTenant = "d4111d41-0000-4000-8000-000000000000";

/** Begins with zeros, so that people see at once that it is invented; `random` is a UUID. */
export function inventedDeviceId(random: string): string {
	return `00000000${random.replaceAll("-", "")}`;
}

/** A record as the export would write it, of a cloudflared that never ran. Every rule set sees it. */
export function syntheticRecord({ tenantId, deviceId, deviceName, words, at }: Synthetic): object {
	const time = at.toISOString();
	return {
		time,
		tenantId,
		operationName: "Publish",
		category: "AdvancedHunting-DeviceProcessEvents",
		properties: {
			Timestamp: time,
			DeviceId: deviceId,
			DeviceName: deviceName,
			ActionType: "ProcessCreated",
			FileName: "cloudflared.exe",
			FolderPath: `C:\\${deviceName}\\cloudflared.exe`,
			ProcessCommandLine: `cloudflared.exe tunnel --label "${words}" --url http://localhost:8080`,
			AccountDomain: "EXAMPLE",
			AccountName: "nobody",
			InitiatingProcessFileName: "tunnelwatch",
			ReportId: 1,
			MachineGroup: "",
		},
	};
}

/** Could this be the id of an invented device? Defender's own are hashes: one in four thousand million begins like this. */
export function isInvented(deviceId: string): boolean {
	return deviceId.startsWith("00000000");
}
