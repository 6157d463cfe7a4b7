import { generateKeyPairSync, sign } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

/** A server on a free port of this machine, with a certificate that nobody has signed but itself. */
export async function startSelfSigned(
	answer: RequestListener = (_request, response) => response.end(),
): Promise<{ readonly port: number; close(): Promise<void> }> {
	const server: Server = createServer(selfSigned(), answer);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

/** An X.509 certificate for localhost, made here so that no key lies in the repository. */
function selfSigned(): { readonly key: string; readonly cert: string } {
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const ecdsaWithSha256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
	const name = sequence(der(0x31, sequence(oid([0x55, 0x04, 0x03]), der(0x0c, Buffer.from("localhost")))));
	const validity = sequence(der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("491231235959Z")));
	const body = sequence(
		der(0x02, Buffer.from([1])),
		ecdsaWithSha256,
		name,
		validity,
		name,
		publicKey.export({ type: "spki", format: "der" }),
	);
	const signature = sign("sha256", body, privateKey);
	const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
	return {
		key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
	};
}

function der(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
	return der(0x30, Buffer.concat(parts));
}

function oid(bytes: readonly number[]): Buffer {
	return der(0x06, Buffer.from(bytes));
}
