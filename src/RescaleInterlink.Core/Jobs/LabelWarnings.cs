using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <summary>What one command has said of the labels of its jobs. That the organization is not known is true for all of them, and is said once. Thread-safe.</summary>
public sealed class LabelWarnings
{
    private int _saidOrganization;

    /// <returns>Those that are news.</returns>
    public IReadOnlyList<RescaleException> News(IReadOnlyList<RescaleException> warnings)
        => [.. warnings.Where(warning => warning.ErrorId != ErrorIds.OrganizationUnknown || Interlocked.Exchange(ref _saidOrganization, 1) == 0)];
}
