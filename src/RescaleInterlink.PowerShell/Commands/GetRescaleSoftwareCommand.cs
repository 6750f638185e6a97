using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Software that jobs can run, or with <c>-Version</c> its versions, ready to be piped on.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleSoftware")]
[OutputType(typeof(SoftwareItem), typeof(SoftwareVersionItem))]
public sealed class GetRescaleSoftwareCommand : CatalogueCmdlet<Analysis>
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("AnalysisCode")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SoftwareCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Code { get; set; } = ["*"];

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SoftwareVersionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Version { get; set; } = [];

    protected override Task ProcessRecordAsync()
    {
        NameFilter versions = new(Version);
        return WriteMatchesAsync(Code, async analysis =>
        {
            if (Version.Length == 0)
                await WriteAsync(new SoftwareItem(analysis));
            foreach (AnalysisVersion version in Version.Length == 0 ? [] : analysis.Versions)
            {
                if (versions.Matches(version.Version) || versions.Matches(version.VersionCode))
                    await WriteAsync(new SoftwareVersionItem(analysis, version));
            }
        });
    }

    private protected override string CodeOf(Analysis entry) => entry.Code;

    private protected override IEnumerable<string?> TextsOf(Analysis entry) => [entry.Name, entry.VendorName, entry.Description];

    private protected override IAsyncEnumerable<Analysis> ListAsync() => Session.Client.Catalog.ListAnalysesAsync(StopToken);

    private protected override void Keep(IReadOnlyList<Analysis> listed) => CatalogueCache.Of(Session).Software.Put(listed);

    private protected override (string ErrorId, string Message) Missing(string code) => (ErrorIds.SoftwareNotFound, $"The platform offers no software '{code}'.");
}
