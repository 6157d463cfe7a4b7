// biome-ignore lint/style/noRestrictedImports: BlockList and isIP only compare addresses; nothing here opens a connection.
import { BlockList, isIP } from "node:net";

/** Where only machines of the own network live. */
const privateRanges = blockList([
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"::1/128",
	"fc00::/7",
	// What fc00::/7 has replaced; old networks still use it.
	"fec0::/10",
]);

/** Never a receiver: metadata services hand out credentials there, the rest is no single host. */
const neverRanges = blockList([
	"0.0.0.0/8",
	"169.254.0.0/16",
	// Azure's own channel to a virtual machine and its settings.
	"168.63.129.16/32",
	"192.0.0.0/24",
	// Relays of 6to4, any of many.
	"192.88.99.0/24",
	"198.18.0.0/15",
	"224.0.0.0/4",
	"240.0.0.0/4",
	"::/128",
	"fe80::/10",
	"ff00::/8",
	// Amazon's metadata service over IPv6.
	"fd00:ec2::254/128",
	// Ways to write an IPv4 address inside an IPv6 one, the oldest without ::1.
	"::2-::ffff:ffff",
	"::ffff:0:0:0/96",
	"64:ff9b::/96",
	"64:ff9b:1::/48",
	"2002::/16",
	"2001::/32",
]);

/** Whether a webhook may connect to this address. Anything that is not an address is refused. */
export function isAllowedAddress(address: string, { allowPrivate }: { readonly allowPrivate: boolean }): boolean {
	return isIP(address) !== 0 && !isIn(neverRanges, address) && (allowPrivate || !isIn(privateRanges, address));
}

/** True for 127.0.0.0/8 and ::1. Takes an IP address, not a host name. */
export function isLoopbackAddress(address: string): boolean {
	return isIn(loopbackRanges, address);
}

const loopbackRanges = blockList(["127.0.0.0/8", "::1/128"]);

/** Each range is `network/bits` or `first-last`. */
function blockList(ranges: readonly string[]): BlockList {
	const list = new BlockList();
	for (const range of ranges) {
		const [first = "", last] = range.split("-");
		const [network = "", bits] = first.split("/");
		const family = network.includes(":") ? "ipv6" : "ipv4";
		if (last === undefined) list.addSubnet(network, Number(bits), family);
		else list.addRange(network, last, family);
	}
	return list;
}

/** `::ffff:10.0.0.1` counts as 10.0.0.1. */
function isIn(list: BlockList, address: string): boolean {
	return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
