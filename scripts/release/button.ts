/** The page of the Azure portal that deploys the template of a release through its own form. Other clouds have another portal. */
export function buttonAddress(address: string, portal = "https://portal.azure.com"): string {
	const part = (file: string) => encodeURIComponent(`${address}/${file}`);
	return `${portal}/#create/Microsoft.Template/uri/${part("azuredeploy.json")}/createUIDefinitionUri/${part("createUiDefinition.json")}`;
}
