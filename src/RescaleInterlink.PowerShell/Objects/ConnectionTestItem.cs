using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What came of trying to connect.</summary>
public sealed class ConnectionTestItem : IShellObject
{
    static string IShellObject.TypeName => "RescaleInterlink.ConnectionTest";

    /// <summary>Null when it could not be told, or is none.</summary>
    public Uri? ApiUrl { get; internal init; }

    /// <summary>Whether the platform itself answered, whatever it said; null when nothing was sent, as without a key.</summary>
    public bool? Reachable { get; internal init; }

    /// <summary>Whether it took the key.</summary>
    public bool Authenticated { get; internal init; }

    /// <summary>The user behind the key.</summary>
    public string? User { get; internal init; }

    /// <summary>Where the key was found; never the key.</summary>
    public string? KeySource { get; internal init; }

    /// <summary>Mode, host and port of the proxy; null for none.</summary>
    public string? Proxy { get; internal init; }

    /// <summary>From the first try to the end of the last, with what was waited in between.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>Null when it went well.</summary>
    public string? ErrorId { get; internal init; }

    public string? Message { get; internal init; }

    public string? RecommendedAction { get; internal init; }

    public override string ToString() => Authenticated ? $"{User} at {ApiUrl}" : $"{ErrorId}: {Message}";
}
