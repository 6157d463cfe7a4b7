import type { Rule } from "../../../detect/rule.ts";
import { cloudflaredAccessClient } from "./cloudflared-access-client.ts";
import { cloudflaredAccessClientRenamed } from "./cloudflared-access-client-renamed.ts";
import { cloudflaredAutostart } from "./cloudflared-autostart.ts";
import { cloudflaredCleanup } from "./cloudflared-cleanup.ts";
import { cloudflaredContainer } from "./cloudflared-container.ts";
import { cloudflaredDownload } from "./cloudflared-download.ts";
import { cloudflaredDownloadRenamed } from "./cloudflared-download-renamed.ts";
import { cloudflaredEdgeFromOtherProcess } from "./cloudflared-edge-from-other-process.ts";
import { cloudflaredEdgeInspected } from "./cloudflared-edge-inspected.ts";
import { cloudflaredEdgeLookup } from "./cloudflared-edge-lookup.ts";
import { cloudflaredEncodedCommand } from "./cloudflared-encoded-command.ts";
import { cloudflaredExposesNetwork } from "./cloudflared-exposes-network.ts";
import { cloudflaredExposesRemoteAdmin } from "./cloudflared-exposes-remote-admin.ts";
import { cloudflaredFileRenamed } from "./cloudflared-file-renamed.ts";
import { cloudflaredLocalState } from "./cloudflared-local-state.ts";
import { cloudflaredLocalStateUnnamed } from "./cloudflared-local-state-unnamed.ts";
import { cloudflaredMention } from "./cloudflared-mention.ts";
import { cloudflaredNameVariant } from "./cloudflared-name-variant.ts";
import { cloudflaredOriginConnection } from "./cloudflared-origin-connection.ts";
import { cloudflaredPortableExecution } from "./cloudflared-portable-execution.ts";
import { cloudflaredQuickTunnel } from "./cloudflared-quick-tunnel.ts";
import { cloudflaredQuickTunnelRenamed } from "./cloudflared-quick-tunnel-renamed.ts";
import { cloudflaredQuickTunnelRequest } from "./cloudflared-quick-tunnel-request.ts";
import { cloudflaredQuickTunnelRequestRenamed } from "./cloudflared-quick-tunnel-request-renamed.ts";
import { cloudflaredReleaseName } from "./cloudflared-release-name.ts";
import { cloudflaredRemoteAdminUrl } from "./cloudflared-remote-admin-url.ts";
import { cloudflaredRenamedRun } from "./cloudflared-renamed-run.ts";
import { cloudflaredRenamedRunCertain } from "./cloudflared-renamed-run-certain.ts";
import { cloudflaredRenamedTunnel } from "./cloudflared-renamed-tunnel.ts";
import { cloudflaredScriptText } from "./cloudflared-script-text.ts";
import { cloudflaredScriptToken } from "./cloudflared-script-token.ts";
import { cloudflaredServiceInstall } from "./cloudflared-service-install.ts";
import { cloudflaredServiceInstalled } from "./cloudflared-service-installed.ts";
import { cloudflaredServiceInstalledUnusual } from "./cloudflared-service-installed-unusual.ts";
import { cloudflaredServiceRegistry } from "./cloudflared-service-registry.ts";
import { cloudflaredServiceRegistryUnusual } from "./cloudflared-service-registry-unusual.ts";
import { cloudflaredServiceUninstall } from "./cloudflared-service-uninstall.ts";
import { cloudflaredStartedByAnother } from "./cloudflared-started-by-another.ts";
import { cloudflaredTokenInClear } from "./cloudflared-token-in-clear.ts";
import { cloudflaredTokenInClearRenamed } from "./cloudflared-token-in-clear-renamed.ts";
import { cloudflaredUsage } from "./cloudflared-usage.ts";
import { cloudflaredVariableSet } from "./cloudflared-variable-set.ts";
import { loopbackRdpLogon } from "./loopback-rdp-logon.ts";
import { trycloudflareDelivery } from "./trycloudflare-delivery.ts";
import { trycloudflareFetch } from "./trycloudflare-fetch.ts";
import { trycloudflareWebdav } from "./trycloudflare-webdav.ts";

/** Every rule of the family, in the order in which people see them: base, recommended, the rest. */
export const cloudflaredRules: readonly Rule[] = [
	cloudflaredUsage,
	cloudflaredPortableExecution,
	cloudflaredTokenInClear,
	cloudflaredTokenInClearRenamed,
	cloudflaredRenamedRun,
	cloudflaredRenamedRunCertain,
	cloudflaredRenamedTunnel,
	cloudflaredStartedByAnother,
	cloudflaredQuickTunnel,
	cloudflaredQuickTunnelRenamed,
	cloudflaredExposesRemoteAdmin,
	cloudflaredRemoteAdminUrl,
	cloudflaredExposesNetwork,
	cloudflaredOriginConnection,
	cloudflaredEdgeFromOtherProcess,
	cloudflaredQuickTunnelRequest,
	cloudflaredQuickTunnelRequestRenamed,
	cloudflaredAccessClientRenamed,
	cloudflaredServiceRegistry,
	cloudflaredServiceRegistryUnusual,
	cloudflaredServiceInstalled,
	cloudflaredServiceInstalledUnusual,
	cloudflaredServiceInstall,
	cloudflaredAutostart,
	cloudflaredVariableSet,
	cloudflaredEncodedCommand,
	cloudflaredEdgeInspected,
	cloudflaredEdgeLookup,
	trycloudflareWebdav,
	cloudflaredNameVariant,
	cloudflaredDownloadRenamed,
	cloudflaredFileRenamed,
	cloudflaredReleaseName,
	cloudflaredDownload,
	cloudflaredLocalState,
	cloudflaredLocalStateUnnamed,
	cloudflaredAccessClient,
	cloudflaredMention,
	cloudflaredContainer,
	cloudflaredScriptText,
	cloudflaredScriptToken,
	loopbackRdpLogon,
	trycloudflareDelivery,
	trycloudflareFetch,
	cloudflaredCleanup,
	cloudflaredServiceUninstall,
];
