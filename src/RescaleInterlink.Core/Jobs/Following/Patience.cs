using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs.Following;

/// <summary>How long whoever follows something bears with failures: five in a row that are not of the network, a key that is refused at once,
/// and a network that is away for as long as he was told. Thread-safe.</summary>
internal sealed class Patience(TimeProvider time, TimeSpan longestAbsence)
{
    /// <summary>Failures in a row that are not of the network, after which it is over.</summary>
    public const int MostFailures = 5;

    /// <summary>How long a network may be away when nobody says otherwise.</summary>
    public static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(30);

    private readonly object _gate = new();
    private int _failures;
    private long? _lostAt;

    /// <summary>Nobody is to blame whom another request would help: no answer, or one that says that now is not the time.</summary>
    public static bool IsOfTheNetwork(RescaleException failure)
        => failure.Kind is ErrorKind.Unreachable or ErrorKind.TimedOut or ErrorKind.ServerFault or ErrorKind.RateLimited;

    public void Succeeded()
    {
        lock (_gate)
            (_failures, _lostAt) = (0, null);
    }

    /// <summary>Counts a failure.</summary>
    /// <returns>True when it is one too many.</returns>
    public bool IsOver(RescaleException failure)
    {
        lock (_gate)
        {
            if (!IsOfTheNetwork(failure))
                return failure.Kind is ErrorKind.Authentication or ErrorKind.Permission || ++_failures >= MostFailures;
            _lostAt ??= time.GetTimestamp();
            return time.GetElapsedTime(_lostAt.Value) >= longestAbsence;
        }
    }
}
