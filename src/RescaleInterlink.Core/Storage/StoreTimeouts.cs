namespace RescaleInterlink.Storage;

/// <param name="Inactivity">Longest time without a byte moving on a socket.</param>
/// <param name="Part">Longest time of one request, however lively (interop storage 8: 10 minutes).</param>
public sealed record StoreTimeouts(TimeSpan Inactivity, TimeSpan Part)
{
    public static StoreTimeouts Default { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10));
}
