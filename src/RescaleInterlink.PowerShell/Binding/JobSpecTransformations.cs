using System.Collections;
using System.Globalization;
using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Makes hours of a TimeSpan, and of a text that is written as one: <c>1:30:00</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WalltimeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => FlagTransformationAttribute.Unwrap(inputData) switch
    {
        TimeSpan time => time.TotalHours,
        string text when text.Contains(':', StringComparison.Ordinal) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time)
            ? time.TotalHours
            : throw new ArgumentTransformationMetadataException($"'{text}' is not a time; write hours as 1.5, or hours, minutes and seconds as 1:30:00."),
        _ => inputData,
    };
}

/// <summary>Takes a hashtable where a JSON object is wanted.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LicenseSettingsTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) is IDictionary settings ? LicenseSettings.Write(EnvironmentTable.Read(settings)) : inputData;
}

/// <summary>Takes the automations themselves where their ids are wanted.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AutomationTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => FlagTransformationAttribute.Unwrap(inputData) switch
    {
        AutomationItem one => one.Id,
        object[] list => list.Select(item => FlagTransformationAttribute.Unwrap(item) is AutomationItem one ? one.Id : item).ToArray(),
        _ => inputData,
    };
}

/// <summary>A hashtable of environment variables as texts, whatever the session's culture.</summary>
internal static class EnvironmentTable
{
    public static Dictionary<string, string> Read(IDictionary table)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
            variables[$"{entry.Key}"] = LanguagePrimitives.ConvertTo<string>(entry.Value);
        return variables;
    }
}
