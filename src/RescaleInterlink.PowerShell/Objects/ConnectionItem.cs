using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A live connection, as scripts see it. The key is not among its properties.</summary>
public sealed class ConnectionItem : IShellObject
{
    private readonly RescaleSession _session;
    private volatile bool _closed;

    internal ConnectionItem(RescaleSession session, string name, ConnectionChoice choice)
    {
        _session = session;
        Name = name;
        KeySource = choice.KeySource;
        Proxy = choice.Options.Proxy?.ToString();
        ConnectedAt = DateTimeOffset.Now;
    }

    static string IShellObject.TypeName => "RescaleInterlink.Connection";

    /// <summary>Under which <c>-Connection</c> takes it in the runspace that made it.</summary>
    public string Name { get; }

    public Guid Id => _session.Id;

    public Uri ApiUrl => _session.ApiUrl;

    public string? Email => _session.User.Email;

    public string? Company => _session.User.Company?.Code;

    public string? Workspace => _session.User.Workspace?.Name;

    public string? StorageType => _session.User.DefaultStorage.StorageType;

    /// <summary>Where the key was found; never the key.</summary>
    public string KeySource { get; }

    /// <summary>Mode, host and port of the proxy; null for none.</summary>
    public string? Proxy { get; }

    public DateTimeOffset ConnectedAt { get; }

    public bool IsOpen => !_closed;

    /// <summary>Whether the asking runspace uses it where none is given.</summary>
    public bool IsDefault => RunspaceState.IsDefault(this);

    /// <exception cref="RescaleException">NotConnected: it was disconnected.</exception>
    internal RescaleSession Session => !_closed
        ? _session
        : throw new RescaleException(
            ErrorIds.NotConnected, ErrorKind.State, $"The connection to {_session.ApiUrl} was closed.", "Run Connect-Rescale again.");

    /// <summary>Closing twice is not an error.</summary>
    internal void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _session.Dispose();
    }

    public override string ToString() => $"{Email} at {ApiUrl}";
}
