using RescaleInterlink.Errors;

namespace RescaleInterlink.Library;

/// <summary>Failures that are not about one thing among many.</summary>
internal static class WholeFailure
{
    /// <summary>Whether every further call would fail likewise: it is one error then, and not one for each thing that is left.</summary>
    public static bool EndsAll(RescaleException error) => error.Kind is ErrorKind.Authentication or ErrorKind.Unreachable or ErrorKind.TimedOut or ErrorKind.RateLimited;
}
