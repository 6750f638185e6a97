using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Configuration;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that archives the directories of a jobs table, or tells what that would give.</summary>
public abstract class PipelineCmdlet : RescaleCmdlet
{
    /// <summary>Only files of such a name are archived; <c>*</c>, <c>?</c> and <c>[a-z]</c> as in Go's patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? IncludePattern { get; set; }

    /// <summary>Files of such a name are not archived.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludePattern { get; set; }

    /// <summary>Archives hold names only, no folders.</summary>
    [Parameter]
    public SwitchParameter FlattenTar { get; set; }

    [Parameter]
    public TarCompression TarCompression { get; set; }

    /// <summary>What the command was not told, the configuration may say. Patterns of one kind on the command line stand for those of both kinds there.</summary>
    /// <exception cref="Errors.RescaleException">PatternInvalid.</exception>
    private protected ArchiveOptions ChooseArchive(WorkDefaults defaults)
    {
        bool hasPatterns = IncludePattern is not null || ExcludePattern is not null;
        var options = new ArchiveOptions
        {
            Include = (hasPatterns ? IncludePattern : defaults.IncludePatterns) ?? [],
            Exclude = (hasPatterns ? ExcludePattern : defaults.ExcludePatterns) ?? [],
            Flatten = IsGiven(nameof(FlattenTar)) ? FlattenTar : defaults.FlattenTar ?? false,
            Compression = IsGiven(nameof(TarCompression)) ? TarCompression : defaults.GzipTar == true ? TarCompression.Gzip : TarCompression.None,
        };
        options.Require();
        return options;
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
