using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Json;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>Answers whose shape is nobody's promise, as objects of the shell: an object of JSON becomes one with these properties in this order,
/// as ConvertFrom-Json does it. Texts that look like dates stay texts.</summary>
internal static class ShellJson
{
    /// <summary>Digits; to read more of them takes ever longer.</summary>
    private const int LongestNumber = 400;

    private static readonly string[] Reserved = ["psobject", "psbase", "psadapted", "psextended", "pstypenames"];

    /// <summary>What was said of a job. JobId comes first; what is no object stands in the property Value.</summary>
    public static PSObject OfJob(string typeName, string jobId, JsonElement said)
    {
        PSObject item = New();
        item.TypeNames.Insert(0, typeName);
        item.Properties.Add(new PSNoteProperty("JobId", jobId));
        if (said.ValueKind == JsonValueKind.Object)
            Fill(item, said.EnumerateObject().Where(member => !(Name(member) == "jobId" && member.Value.ValueKind == JsonValueKind.String && Text(member.Value) == jobId)));
        else
            item.Properties.Add(new PSNoteProperty("Value", Of(said)));
        return item;
    }

    private static object? Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                PSObject item = New();
                Fill(item, value.EnumerateObject());
                return item;
            case JsonValueKind.Array:
                return value.EnumerateArray().Select(Of).ToArray();
            case JsonValueKind.String:
                return Text(value);
            case JsonValueKind.Number:
                return Number(value);
            case JsonValueKind.True or JsonValueKind.False:
                return value.ValueKind == JsonValueKind.True;
            default:
                return null;
        }
    }

    /// <summary>None loses a digit before the point; what no number of the shell holds stays as it is written.</summary>
    private static object Number(JsonElement value)
    {
        if (value.TryGetInt64(out long whole))
            return whole;
        string written = value.GetRawText();
        if (written.Length <= LongestNumber && BigInteger.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger big))
            return big;
        return value.TryGetDouble(out double number) && double.IsFinite(number) ? number : written;
    }

    /// <summary>The shell knows no properties without a name, none that differ in case alone and none with a name of its own: these get a number.</summary>
    private static void Fill(PSObject item, IEnumerable<JsonProperty> members)
    {
        HashSet<string> taken = new(item.Properties.Select(property => property.Name).Concat(Reserved), StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty member in members)
        {
            string given = Name(member), name = given;
            for (int n = 2; name.Length == 0 || !taken.Add(name); n++)
                name = $"{given}_{n}";
            item.Properties.Add(new PSNoteProperty(name, Of(member.Value)));
        }
    }

    /// <summary>What a script would have made with <c>[pscustomobject]</c>.</summary>
    private static PSObject New() => new();

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            // An escape of half a character: no text.
            return "";
        }
    }

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // Half a character, or bytes that are no UTF-8: no text.
            return "";
        }
    }
}
