using RescaleInterlink.Sandbox.Rest;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>Sets, shows and clears the fault plan; there only when the sandbox was started with <c>allowFaults</c>.</summary>
internal sealed class FaultEndpoints(FaultPlan plan)
{
    public void AddTo(Router router)
    {
        router.Add("PUT", "/sandbox/faults/", SetAsync);
        router.Add("GET", "/sandbox/faults/", _ => ApiAnswer.Ok(plan.View()));
        router.Add("DELETE", "/sandbox/faults/", _ =>
        {
            plan.Set(0, []);
            return ApiAnswer.NoContent;
        });
    }

    private async Task<ApiAnswer> SetAsync(ApiRequest request)
    {
        var body = await request.ReadAsync();
        long seed = body.Whole("seed", least: 0, fallback: 0);
        var rules = body.Objects("rules", required: true, FaultRule.Read);
        body.ThrowIfInvalid();
        plan.Set(seed, rules);
        return ApiAnswer.Ok(plan.View());
    }
}
