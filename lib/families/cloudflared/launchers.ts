import { rememberedByPath } from "../../sighting/remembered-by-path.ts";

/** Developers' tools that bring their own cloudflared, by where they keep it. First hit wins. */
const launchers: readonly { readonly name: string; readonly path: RegExp; readonly parent: RegExp }[] = [
	{ name: "Cloudflare Wrangler", path: /\/\.wrangler\/cloudflared\/[^/]+\//, parent: /^(?:node|bun|workerd)$/ },
	{ name: "Shopify CLI", path: /\/@shopify\/(?:[^/]+\/)?(?:[^/]+\/)?bin\/cloudflared/, parent: /^(?:node|bun|ruby)$/ },
	{ name: "the npm package cloudflared", path: /\/node_modules\/cloudflared\/bin\//, parent: /^(?:node|bun|deno)$/ },
	{ name: "untun (Nuxt, listhen)", path: /\/node-untun\/cloudflared\./, parent: /^(?:node|bun|deno)$/ },
	{ name: "pycloudflared", path: /\/site-packages\/pycloudflared\//, parent: /^(?:python[\d.]*|py|uv)$/ },
	{ name: "SillyTavern", path: /\/sillytavern[^/]*\//, parent: /^(?:cmd|node|bash|sh)$/ },
	{ name: "KoboldCpp", path: /\/kobold(?:cpp|ai)[^/]*\//, parent: /^(?:cmd|koboldcpp.*|python[\d.]*)$/ },
	{ name: "a copy of untun", path: /\/(?:temp|tmp)\/[^/]+\/cloudflared\.\d{4}\.\d+\.\d+(?:\.exe)?$/, parent: /^(?:node|bun|deno)$/ },
];

/** Most paths belong to none of them, and are done after one look: each pattern needs one of these. */
const anyWord = /cloudflared|sillytavern|obold/i;

/** @param parent the program that started it, lower case, without extension. */
export function launcherOf(path: string, parent: string): { readonly name: string; readonly ownParent: boolean } | undefined {
	const found = byPath(path);
	return found === undefined ? undefined : { name: found.name, ownParent: found.parent.test(parent) };
}

const byPath = rememberedByPath((path) => {
	if (!anyWord.test(path)) return undefined;
	const plain = path.slice(0, 4_096).toLowerCase().replaceAll("\\", "/");
	return launchers.find((one) => one.path.test(plain));
});
