using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A script of the workspace that runs before or after a job's command.</summary>
public sealed class AutomationItem : IShellObject
{
    internal AutomationItem(Automation record)
    {
        Id = record.Id;
        Name = record.Name;
        ExecuteOn = record.ExecuteOn;
        ScriptName = record.ScriptName;
        Command = record.Command;
        ExecutionFrequency = record.ExecutionFrequency;
        EnvironmentVariables = [.. record.EnvironmentVariables.Select(variable => new AutomationVariableItem(variable))];
        AnalysisDependencies = [.. record.AnalysisDependencies];
        OsFamily = record.OsFamily;
        Description = record.Description;
    }

    static string IShellObject.TypeName => "RescaleInterlink.Automation";

    public string Id { get; }

    public string? Name { get; }

    /// <summary><c>pre</c> or <c>post</c>.</summary>
    public string? ExecuteOn { get; }

    public string? ScriptName { get; }

    public string? Command { get; }

    public long? ExecutionFrequency { get; }

    public AutomationVariableItem[] EnvironmentVariables { get; }

    /// <summary>Codes of the software it is meant for.</summary>
    public string[] AnalysisDependencies { get; }

    public string? OsFamily { get; }

    public string? Description { get; }

    public override string ToString() => $"{Name} ({Id})";
}

/// <summary>A variable that an automation reads.</summary>
public sealed class AutomationVariableItem
{
    internal AutomationVariableItem(AutomationVariable variable)
    {
        Name = variable.Name;
        DefaultValue = variable.DefaultValue;
    }

    public string Name { get; }

    public string? DefaultValue { get; }

    public override string ToString() => $"{Name}={DefaultValue}";
}
