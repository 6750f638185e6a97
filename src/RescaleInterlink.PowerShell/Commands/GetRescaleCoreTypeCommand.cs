using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>What jobs can run on.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleCoreType")]
[OutputType(typeof(CoreTypeItem))]
public sealed class GetRescaleCoreTypeCommand : CatalogueCmdlet<CoreType>
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("CoreType", "AllowedCoreType")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CoreTypeCompleter))]
    [ValidateNotNull]
    public string[] Code { get; set; } = ["*"];

    [Parameter]
    public SwitchParameter All { get; set; }

    [Parameter]
    public SwitchParameter IncludePrice { get; set; }

    protected override Task ProcessRecordAsync() => WriteMatchesAsync(
        // A version of software that names no core types runs on any.
        Code.Length == 0 ? ["*"] : Code,
        type => WriteAsync(new CoreTypeItem(type)));

    private protected override string CodeOf(CoreType entry) => entry.Code;

    private protected override IEnumerable<string?> TextsOf(CoreType entry) => [entry.Name];

    private protected override IAsyncEnumerable<CoreType> ListAsync() => IncludePrice
        ? Session.Client.Catalog.ListPricedCoreTypesAsync(All, StopToken)
        : Session.Client.Catalog.ListCoreTypesAsync(All, StopToken);

    private protected override void Keep(IReadOnlyList<CoreType> listed)
        => CatalogueCache.Of(Session).CoreTypes.Put([.. listed.Where(type => type.IsActive)]);

    private protected override (string ErrorId, string Message) Missing(string code) => (
        ErrorIds.CoreTypeNotFound, $"The platform offers no core type '{code}'{(All ? "" : " to new jobs")}.");
}
