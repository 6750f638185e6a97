using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The log of jobs, as text: changes of the status, and what the command writes; live while it runs, the verified output afterwards.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobLog")]
[OutputType(typeof(string))]
public sealed class GetRescaleJobLogCommand : RescaleCmdlet
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _followed = [];
    private PatientNotice? _notice;
    private TransferEngine _engine = null!;
    private JobLogOptions _options = null!;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [JobLogOptions.DefaultName];

    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    [Parameter]
    public SwitchParameter NoStatus { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 5;

    private protected override IApiObserver Observer => Follow ? Notice : base.Observer;

    private PatientNotice Notice => _notice ??= new PatientNotice(PostVerbose, PostWarning, _options.LongestAbsence);

    protected override void Prepare()
    {
        base.Prepare();
        string[] patterns = [.. Name.Where(WildcardPattern.ContainsWildcardCharacters)];
        NameFilter filter = new(patterns);
        _options = new JobLogOptions
        {
            Names = [.. Name.Except(patterns)],
            Matches = patterns.Length == 0 ? null : path => filter.Matches(path) || filter.Matches(path[(path.LastIndexOf('/') + 1)..]),
            Tail = Tail, Follow = Follow, WithStatuses = !NoStatus, PollInterval = TimeSpan.FromSeconds(PollIntervalSeconds),
        };
        _engine = Session.CreateEngine(new TransferOptions());
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string id in JobId.Where(_ids.Add))
        {
            if (Follow)
                _followed.Add(id);
            else
                await ReadAsync(id);
        }
    }

    /// <summary>Jobs that are followed are followed together.</summary>
    protected override Task EndProcessingAsync() => Task.WhenAll(_followed.Select(ReadAsync));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _engine?.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task ReadAsync(string id)
    {
        try
        {
            await WriteAllAsync(Session.CreateJobLog().ReadAsync(_engine, id, _options, StopToken), entry => Shown(id, entry));
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, id);
        }
    }

    private PSObject? Shown(string id, JobLogEntry entry)
    {
        switch (entry)
        {
            case JobLogEntry.Line line:
                return JobLogText.Of(id, line);
            case JobLogEntry.StatusChange change:
                return JobLogText.Of(id, change.Status);
            case JobLogEntry.Notice { IsWarning: true } notice:
                Notice.Lost(notice.Text);
                return null;
            case JobLogEntry.Notice notice:
                PostVerbose(notice.Text);
                return null;
            default:
                return null;
        }
    }
}
