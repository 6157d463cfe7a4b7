import { expect, test } from "vitest";
import { htmlText } from "../../lib/notify/html.ts";

test("text stays text between tags and inside an attribute in either kind of quotes", () => {
	expect(htmlText(`<b title="a" id='b'>x & y</b> &lt;`)).toBe("&lt;b title=&quot;a&quot; id=&#39;b&#39;&gt;x &amp; y&lt;/b&gt; &amp;lt;");
});
