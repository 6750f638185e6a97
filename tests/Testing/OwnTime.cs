using System.Diagnostics;
using System.Globalization;

namespace RescaleInterlink.Testing;

/// <summary>
/// How long something takes, without the time in which the machine let somebody wait for a processor or a disk: a bound of seconds
/// is then one for the code, however busy the machine is. Linux alone tells of that time; elsewhere none is taken off.
/// </summary>
public sealed class OwnTime
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly TimeSpan _waitedBefore = Waited();

    /// <summary>Since the making of this object; not negative.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            var own = Stopwatch.GetElapsedTime(_begun) - (Waited() - _waitedBefore);
            return own > TimeSpan.Zero ? own : TimeSpan.Zero;
        }
    }

    private static TimeSpan Waited() => Waited("cpu") + Waited("io");

    private static TimeSpan Waited(string resource)
    {
        try
        {
            // some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS
            var some = File.ReadLines($"/proc/pressure/{resource}").First();
            return TimeSpan.FromMicroseconds(long.Parse(some[(some.LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // A kernel that was built or started without it.
            return TimeSpan.Zero;
        }
    }
}
