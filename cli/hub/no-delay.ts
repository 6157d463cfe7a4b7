import { subscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";

// The SDK sends a question in several small pieces. Unless told otherwise, TCP holds the second one back until the first is
// acknowledged, for which the other side takes 40 ms: with some twenty questions a person notices. The SDK has no setting for
// it, so all connections of this process get it; those over HTTP have it anyway.
subscribe("net.client.socket", (message) => {
	if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket)
		message.socket.setNoDelay(true);
});
