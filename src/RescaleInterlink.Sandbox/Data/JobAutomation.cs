namespace RescaleInterlink.Sandbox.Data;

public sealed record JobAutomation(string Id, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    public override string ToString() => $"Automation {Id}";
}
