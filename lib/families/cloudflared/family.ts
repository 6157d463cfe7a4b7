import type { ToolReader } from "../../sighting/tool-reader.ts";
import type { Family } from "../family.ts";
import { cloudflaredWords } from "./card-words.ts";
import { cloudflaredFolders } from "./folders.ts";
import { identify } from "./identify.ts";
import { publishedReleases } from "./releases/published-releases.ts";
import { cloudflaredRules } from "./rules/index.ts";
import { cloudflaredSecrets } from "./secrets.ts";

const reader: ToolReader = { identify, folders: cloudflaredFolders, releases: publishedReleases };

/** Cloudflare's tunnel client. */
export const cloudflared: Family = {
	id: "cloudflared",
	rules: cloudflaredRules,
	reader,
	secrets: cloudflaredSecrets,
	words: cloudflaredWords,
	hunting: `union DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceRegistryEvents
| where FileName has "cloudflared" or FolderPath has "cloudflared" or ProcessCommandLine has_all ("tunnel", "run") or InitiatingProcessFileName has "cloudflared" or InitiatingProcessCommandLine has_all ("tunnel", "run") or RegistryValueData has "cloudflared"`,
};
