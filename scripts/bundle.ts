import { readFile } from "node:fs/promises";
import { type BuildResult, build, type Plugin } from "esbuild";

/** All functions as one file, because separate entries would each carry their own copy of the code and of its state. */
export function bundle(outfile: string): Promise<BuildResult<{ metafile: true }>> {
	return build({
		entryPoints: ["functions/index.ts"],
		outfile,
		bundle: true,
		platform: "node",
		target: "node22",
		format: "esm",
		minify: true,
		charset: "utf8",
		// The package has every licence in LICENSES.txt.
		legalComments: "none",
		sourcemap: "linked",
		metafile: true,
		// Pages that draw messages are for the command line only.
		external: ["@azure/functions-core", "./page.ts"],
		plugins: [withoutBrowser, withoutCertificates, withoutFrameLog, withoutXmlWriter, withoutExamples],
		// The Azure packages contain require calls, which an ES module does not have.
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
	});
}

/** The sign-in library can open a browser for a person, in eight ways for eight systems. A function has nobody to sign in by hand. */
const withoutBrowser: Plugin = {
	name: "without-browser",
	setup: ({ onLoad }) => {
		onLoad({ filter: /[\\/]node_modules[\\/]open[\\/]index\.js$/ }, () => ({
			contents: 'export default () => Promise.reject(new Error("nobody is here to open a browser for"));',
		}));
	},
};

/** The sign-in library signs assertions when it has a certificate. The app has a managed identity and never does. */
const withoutCertificates: Plugin = {
	name: "without-certificates",
	setup: ({ onLoad }) => {
		onLoad({ filter: /[\\/]node_modules[\\/]jsonwebtoken[\\/]index\.js$/ }, () => ({
			contents: 'exports.sign = () => { throw new Error("the app signs in as a managed identity, never with a certificate"); };',
		}));
	},
};

/** The client of the hub can write every frame to standard error, keys and messages included. Nobody asks for that in a function. */
const withoutFrameLog: Plugin = {
	name: "without-frame-log",
	setup: ({ onLoad }) => {
		onLoad({ filter: /[\\/]node_modules[\\/]debug[\\/]src[\\/]index\.js$/ }, () => ({
			contents: `
				const silent = () => Object.assign(() => {}, { enabled: false });
				module.exports = Object.assign(silent, { formatters: {}, enable() {}, disable() {}, enabled: () => false });
			`,
		}));
	},
};

/** The client of the table can set who may use it, which is written as XML. A function only reads and writes rows, which are JSON. */
const withoutXmlWriter: Plugin = {
	name: "without-xml-writer",
	setup: ({ onLoad }) => {
		onLoad({ filter: /[\\/]node_modules[\\/]fast-xml-builder[\\/]src[\\/]fxb\.js$/ }, () => ({
			contents: 'export default class { constructor() { throw new Error("the app writes no XML"); } }',
		}));
	},
};

/** A rule's examples are its proof, and what to read on is for its page: a fifth of the code, and nothing in a function reads them. */
const withoutExamples: Plugin = {
	name: "without-examples",
	setup: ({ onLoad }) => {
		onLoad({ filter: /[\\/]lib[\\/]families[\\/][^\\/]+[\\/]rules[\\/][^\\/]+\.ts$/ }, async ({ path }) => ({
			contents: (await readFile(path, "utf8"))
				.replace(/\n\texamples: \{\n.*?\n\t\},/s, "\n\texamples: { match: [], ignore: [] },")
				.replace(/\n\treferences: \[.*?\],\n/s, "\n\treferences: [],\n")
				.replace(/\n\tfalsePositives: \[.*?\],\n/s, "\n\tfalsePositives: [],\n"),
			loader: "ts",
		}));
	},
};
