export type Theme = "light" | "dark";

/** Text colours on a background, `#aarrggbb` or `#rrggbb`. */
export interface Surface {
	readonly background: string;
	readonly text: string;
	readonly subtle: string;
}

/** The surfaces a card of ours uses, with the figures of Teams' own themes. Tinted ones are light in both. */
export const surfaces: Readonly<Record<Theme, Readonly<Record<"default" | "emphasis" | "accent" | "attention" | "warning", Surface>>>> = {
	light: {
		default: { background: "#ffffff", text: "#ff252424", subtle: "#bf252424" },
		emphasis: { background: "#f9f8f7", text: "#ff252424", subtle: "#bf252424" },
		accent: { background: "#c7def9", text: "#ff252424", subtle: "#bf252424" },
		attention: { background: "#ffc5b2", text: "#ff252424", subtle: "#bf252424" },
		warning: { background: "#ffe2b2", text: "#ff252424", subtle: "#bf252424" },
	},
	dark: {
		default: { background: "#2d2c2c", text: "#ffffffff", subtle: "#bfffffff" },
		emphasis: { background: "#292828", text: "#ffffffff", subtle: "#bfffffff" },
		accent: { background: "#c7def9", text: "#ff201f1f", subtle: "#ff2d2c2c" },
		attention: { background: "#ffc5b2", text: "#ff201f1f", subtle: "#ff2d2c2c" },
		warning: { background: "#ffe2b2", text: "#ff201f1f", subtle: "#ff2d2c2c" },
	},
};

/** Settings for the Adaptive Cards renderer that make it draw as Teams does. */
export function hostConfig(theme: Theme): object {
	const containerStyles = Object.fromEntries(
		Object.entries(surfaces[theme]).map(([name, { background, text, subtle }]) => [
			name,
			{ backgroundColor: background, foregroundColors: { default: { default: text, subtle } } },
		]),
	);
	const sizes = {
		fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
		fontWeights: { lighter: 200, default: 400, bolder: 600 },
	};
	return {
		spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
		separator: { lineThickness: 1, lineColor: theme === "light" ? "#eeeeee" : "#484746" },
		fontTypes: {
			default: { fontFamily: "'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif", ...sizes },
			monospace: { fontFamily: "Consolas, 'Noto Sans Mono', 'DejaVu Sans Mono', monospace", ...sizes },
		},
		textStyles: { heading: { fontType: "default", size: "large", weight: "bolder", color: "default", isSubtle: false } },
		textBlock: { headingLevel: 2 },
		containerStyles,
		actions: { maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left" },
	};
}
