using System.Diagnostics;
using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Tells whether a connection is good: one call, 10 s. A failure is its result and no error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RescaleConnection", DefaultParameterSetName = PlatformSet)]
[OutputType(typeof(ConnectionTestItem), typeof(bool))]
public sealed class TestRescaleConnectionCommand : ConnectionParameters
{
    private const string ConnectionSet = "Connection";

    private ConnectionItem? _default;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ConnectionSet)]
    [ConnectionTransformation]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionItem? Connection { get; set; }

    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Prepare() => _default = RunspaceState.Current.Connection;

    protected override async Task ProcessRecordAsync()
    {
        ConnectionItem? existing = ParameterSetName == ConnectionSet ? Connection : IsAnythingGiven() ? null : _default;
        ConnectionTestItem result = existing is null ? await TryNewAsync() : await TryAsync(existing);
        if (Quiet)
            await InvokeAsync(() => WriteObject(result.Authenticated));
        else
            await WriteAsync(result);
    }

    private async Task<ConnectionTestItem> TryAsync(ConnectionItem connection)
    {
        var watch = Stopwatch.StartNew();
        UserProfile? user = null;
        RescaleException? failure = null;
        try
        {
            user = await connection.Session.Client.Users.TestConnectionAsync(StopToken);
        }
        catch (RescaleException e)
        {
            failure = e;
        }

        return Result(connection.ApiUrl, connection.KeySource, connection.Proxy, user, watch.Elapsed, failure);
    }

    private async Task<ConnectionTestItem> TryNewAsync()
    {
        var watch = new Stopwatch();
        ConnectionChoice? choice = null;
        UserProfile? user = null;
        RescaleException? failure = null;
        try
        {
            choice = await ChooseAsync();
            watch.Start();
            await using RescaleSession session = await RescaleSession.ConnectAsync(choice.Options, StopToken);
            user = session.User;
        }
        catch (RescaleException e)
        {
            failure = e;
        }

        Uri? platform = choice is null ? null : PlatformAddress.Parse(choice.Options.ApiUrl);
        return Result(platform, choice?.KeySource, choice?.Options.Proxy?.ToString(), user, watch.Elapsed, failure);
    }

    private static ConnectionTestItem Result(Uri? platform, string? keySource, string? proxy, UserProfile? user, TimeSpan duration, RescaleException? failure) => new()
    {
        ApiUrl = platform,
        Reachable = platform is null ? null : user is not null || IsAnswer(failure),
        Authenticated = user is not null,
        User = user?.Email,
        KeySource = keySource,
        Proxy = proxy,
        Duration = duration,
        ErrorId = failure?.ErrorId,
        Message = failure?.Message,
        RecommendedAction = failure?.RecommendedAction,
    };

    /// <summary>A status is the platform's, unless it is a proxy's.</summary>
    private static bool IsAnswer(RescaleException? failure)
        => failure?.StatusCode is not null && failure.ErrorId is not (ErrorIds.ProxyAuthenticationRequired or ErrorIds.ProxyRefused);
}
