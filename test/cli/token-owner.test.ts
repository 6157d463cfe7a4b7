import { expect, test } from "vitest";
import { ownerOf } from "../../cli/token-owner.ts";

function token(claims: string): string {
	return `e30.${Buffer.from(claims, "utf8").toString("base64url")}.c2ln`;
}

test("a person is named by the address they sign in with, an app by its name, else by its id", () => {
	expect(ownerOf(token('{"oid":"a1","upn":"kim@example.com"}'))).toBe("kim@example.com");
	expect(ownerOf(token('{"oid":"a1","app_displayname":"soc-robot"}'))).toBe("soc-robot");
	expect(ownerOf(token('{"oid":"a1","upn":42}'))).toBe("a1");
	expect(ownerOf(token('{"oid":"42"}'))).toBeUndefined();
});

test.each(["", "opaque", "e30.b3BhcXVl.c2ln", token("null"), token("{")])(
	"a token that does not say whose it is names nobody, and none of it stands in an error: %j",
	(text) => {
		expect(ownerOf(text)).toBeUndefined();
	},
);
