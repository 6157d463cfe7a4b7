import type { Inert } from "../text.ts";

/**
 * The only elements a card may use. Teams' flow bot rejects a whole card over one newer element, and only after it has
 * answered 202, so nobody would notice. Device text goes into `TextRun`, which does not interpret Markdown.
 */
export type Element = TextBlock | RichTextBlock | ColumnSet | Container | ActionSet;
export type Action = OpenUrl | ToggleVisibility;

type Spacing = "None" | "Small" | "Medium";
export type ContainerStyle = "attention" | "warning" | "accent" | "emphasis";

interface TextBlock {
	readonly type: "TextBlock";
	readonly text: Inert;
	readonly wrap: true;
	readonly style?: "heading";
	readonly size?: "Small" | "Large";
	readonly weight?: "Bolder";
	readonly isSubtle?: true;
	readonly spacing?: Spacing;
}

export interface TextRun {
	readonly type: "TextRun";
	readonly text: Inert;
	readonly weight?: "Bolder";
	readonly size?: "Small" | "Large";
	readonly isSubtle?: true;
	readonly fontType?: "Monospace";
}

interface RichTextBlock {
	readonly type: "RichTextBlock";
	readonly inlines: readonly TextRun[];
	readonly spacing?: Spacing;
	readonly separator?: true;
}

export interface ColumnSet {
	readonly type: "ColumnSet";
	readonly spacing: Spacing;
	readonly columns: readonly Column[];
	/** What a press anywhere on it opens. */
	readonly selectAction?: OpenUrl;
}

interface Column {
	readonly type: "Column";
	readonly width: string;
	readonly spacing?: Spacing;
	readonly items: readonly Element[];
}

interface Container {
	readonly type: "Container";
	readonly items: readonly Element[];
	readonly id?: string;
	readonly isVisible?: false;
	readonly style?: ContainerStyle;
	readonly bleed?: true;
	readonly spacing?: Spacing;
}

interface ActionSet {
	readonly type: "ActionSet";
	readonly actions: readonly Action[];
	readonly id?: string;
	readonly isVisible?: false;
	readonly spacing?: Spacing;
}

export interface OpenUrl {
	readonly type: "Action.OpenUrl";
	readonly title: string;
	readonly tooltip: string;
	readonly url: string;
	readonly style?: "positive";
}

interface ToggleVisibility {
	readonly type: "Action.ToggleVisibility";
	readonly title: string;
	readonly targetElements: readonly string[];
}

/** Makes `<at>Name</at>` in a `TextBlock` a mention. From the operator's settings only. */
interface Mention {
	readonly type: "mention";
	readonly text: string;
	readonly mentioned: { readonly id: string; readonly name: string };
}

export interface AdaptiveCard {
	readonly type: "AdaptiveCard";
	readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
	/** Newer ones are accepted and then shown as "this card couldn't be displayed". */
	readonly version: "1.4";
	readonly fallbackText: Inert;
	readonly speak: Inert;
	readonly msteams: { readonly width: "full"; readonly entities?: readonly Mention[] };
	readonly body: readonly Element[];
}
