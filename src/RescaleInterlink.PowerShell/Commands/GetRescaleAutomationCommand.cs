using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Automations of the workspace. The platform has no call for a single one, so the list is filtered.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleAutomation")]
[OutputType(typeof(AutomationItem))]
public sealed class GetRescaleAutomationCommand : CatalogueCmdlet<Automation>
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("AutomationId")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AutomationCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = ["*"];

    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AutomationCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    protected override Task ProcessRecordAsync()
    {
        NameFilter names = new(Name);
        return WriteMatchesAsync(Id, automation => names.Matches(automation.Name) ? WriteAsync(new AutomationItem(automation)) : Task.CompletedTask);
    }

    private protected override string CodeOf(Automation entry) => entry.Id;

    private protected override IEnumerable<string?> TextsOf(Automation entry) => [entry.Name, entry.Description];

    private protected override IAsyncEnumerable<Automation> ListAsync() => Session.Client.Catalog.ListAutomationsAsync(StopToken);

    private protected override void Keep(IReadOnlyList<Automation> listed) => CatalogueCache.Of(Session).Automations.Put(listed);

    private protected override (string ErrorId, string Message) Missing(string code) => (ErrorIds.AutomationNotFound, $"The workspace has no automation '{code}'.");
}
