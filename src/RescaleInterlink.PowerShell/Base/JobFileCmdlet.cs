using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that reads files that describe jobs. One bad file is one error record; the others are read.</summary>
public abstract class JobFileCmdlet : AsyncCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralSet = "LiteralPath";

    private string[] _paths = [];
    private bool _literal;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path
    {
        get => _paths;
        set => (_paths, _literal) = (value, false);
    }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath
    {
        get => _paths;
        set => (_paths, _literal) = (value, true);
    }

    /// <param name="path">Full path.</param>
    private protected abstract Task ImportAsync(string path);

    protected sealed override async Task ProcessRecordAsync()
    {
        foreach (string path in _paths)
        {
            await TryAsync(path, async () =>
            {
                foreach (string file in await InvokeAsync(() => PathResolver.Resolve(this, path, _literal)))
                    await TryAsync(file, () => ImportAsync(file));
            });
        }
    }

    private async Task TryAsync(string target, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, target);
        }
    }
}
