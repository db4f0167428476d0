//! Reports of clients of SMS and SCCM for tests: envelopes and instances.

/// A report of an action, of a type, with a number.
pub fn report(action: &str, kind: &str, serial: &str, instances: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Report><ReportHeader><Identification><Machine>\
         <ClientID>GUID:1</ClientID><NetBIOSName>WS-1</NetBIOSName></Machine></Identification>\
         <ReportDetails><ReportContent>Inventory Data</ReportContent><ReportType>{kind}</ReportType>\
         <Date>20260302091500.000000+060</Date><Version>{serial}</Version></ReportDetails><InventoryAction>\
         <InventoryActionID>{{00000000-0000-0000-0000-0000000000{action}}}</InventoryActionID>\
         </InventoryAction></ReportHeader><ReportBody>{instances}</ReportBody></Report>"
    )
}

/// An instance of a class: what became of it, and its properties.
pub fn instance(content: &str, class: &str, properties: &str) -> String {
    let content = if content.is_empty() { String::new() } else { format!(" Content=\"{content}\"") };
    format!(r"<Instance Namespace='\\WS-1\root\cimv2'{content}><{class}>{properties}</{class}></Instance>")
}

/// An instance of a hotfix.
pub fn hotfix(content: &str, id: &str) -> String {
    instance(content, "Win32_QuickFixEngineering", &format!("<HotFixID>{id}</HotFixID>"))
}
