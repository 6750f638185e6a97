using System.Globalization;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>What faults need to know of the listener they act on.</summary>
internal abstract class FaultTarget(string name)
{
    public string Name { get; } = name;

    public virtual string? Operation(HttpContext http) => null;

    /// <summary>Answers with the listener's own kind of error body under any status.</summary>
    public abstract Task RefuseAsync(HttpContext http, FaultRule rule, int status);

    public virtual void ExpireCredentials()
    {
    }

    public virtual Task ChangeObjectAsync(HttpContext http) => Task.CompletedTask;

    protected static void SetRetryAfter(HttpContext http, FaultRule rule)
    {
        if (rule.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }
}
