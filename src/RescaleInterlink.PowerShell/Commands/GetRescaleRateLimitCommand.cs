using System.Management.Automation;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>How much is left of the platform's rate limits. It makes no call.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleRateLimit")]
[OutputType(typeof(RateLimitItem))]
public sealed class GetRescaleRateLimitCommand : RescaleCmdlet
{
    protected override async Task ProcessRecordAsync()
    {
        foreach (RateLimitStatus status in await Session.Client.GetRateLimitsAsync())
            await WriteAsync(new RateLimitItem(status, Session.ApiUrl));
    }
}
