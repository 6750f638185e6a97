using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that runs a jobs table, or tells what that would give.</summary>
public abstract class PipelineCmdlet : RescaleCmdlet
{
    private protected const string TableSet = "JobsCsv";
    private const string RowsSet = "InputObject";

    private readonly List<PSObject> _rows = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TableSet)]
    [ValidateNotNullOrEmpty]
    public string JobsCsv { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = RowsSet)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Gets the outputs of the jobs.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

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

    /// <summary>Files that all jobs get: ids, objects of the platform's files, local files, and paths with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public object[]? ExtraInputFile { get; set; }

    /// <summary>Those are unpacked where the jobs run.</summary>
    [Parameter]
    public SwitchParameter DecompressExtras { get; set; }

    protected override void Prepare()
    {
        base.Prepare();
        if (DecompressExtras && ExtraInputFile is null)
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "-DecompressExtras is about files of -ExtraInputFile, and none was given.", "Give them, too.");
    }

    /// <summary>What came down the pipeline.</summary>
    private protected IReadOnlyList<PSObject> Rows => _rows;

    /// <summary>A pipeline that brought nothing is no table with a fault.</summary>
    private protected bool HasNoRows => ParameterSetName == RowsSet && _rows.Count == 0;

    protected sealed override Task ProcessRecordAsync()
    {
        if (ParameterSetName == RowsSet)
            _rows.Add(InputObject);
        return Task.CompletedTask;
    }

    /// <summary>Full path; null for rows that came down the pipeline. Pipeline thread only.</summary>
    private protected string? TablePath() => ParameterSetName == TableSet ? PathResolver.Literal(this, JobsCsv) : null;

    /// <summary>Pipeline thread only.</summary>
    /// <exception cref="RescaleException">SourceNotFound: wildcards match nothing; ProviderNotSupported, JobSpecInvalid.</exception>
    private protected ExtraInputs ChooseExtras()
    {
        if (ExtraInputFile is null)
            return ExtraInputs.None;
        (IReadOnlyList<string> ids, IReadOnlyList<string> paths) = JobSpecInputs.Divide(this, ExtraInputFile);
        return new ExtraInputs { Files = paths, FileIds = ids, Decompress = DecompressExtras };
    }

    /// <summary>What the command was not told, the configuration may say. Patterns of one kind on the command line stand for those of both kinds there.</summary>
    /// <exception cref="RescaleException">PatternInvalid.</exception>
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
