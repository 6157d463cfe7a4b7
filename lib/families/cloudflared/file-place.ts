import type { FilePlace } from "../../sighting/reading.ts";
import { folderOf } from "./folders.ts";

/** Where installers and the program itself keep their files; `open` where anybody can write. */
export function filePlace(path: string): FilePlace {
	if (path === "") return "none";
	const plain = path.slice(0, 4_096).toLowerCase().replaceAll("\\", "/");
	if (
		/^c:\/programdata\/cloudflared\/token$|^\/etc\/cloudflared\/token$|\/library\/application support\/com\.cloudflare\.cloudflared\/token$/.test(
			plain,
		)
	)
		return "default";
	if (
		/\/(?:\.cloudflared|\.cloudflare-warp|cloudflare-warp)\/[^/]+$|^(?:\/usr\/local)?\/etc\/cloudflared\/[^/]+$/.test(plain) &&
		!/\/(?:temp|tmp)\//.test(plain)
	)
		return "default";
	const place = folderOf(path);
	return place === "temp" || place === "user" || place === "network" || place === "odd" ? "open" : "other";
}
