using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>Makes shared access signatures with the account's key: query strings without a question mark.</summary>
internal sealed class SasSigner(AzureAccount account)
{
    /// <summary>The version whose strings to sign are made here ("Create a service SAS" and "Create an account SAS" of Azure's REST reference).</summary>
    private const string Version = "2020-12-06";

    private const string Container = "c";
    private const string Blob = "b";

    /// <summary>For one container, or one blob of it. What it is valid for does not hold the host, so it passes a proxy.</summary>
    /// <param name="permissions">Letters in the order of <c>racwdl</c>.</param>
    /// <param name="path">Null for the container.</param>
    public string Service(string permissions, string container, string? path, DateTimeOffset from, DateTimeOffset until)
    {
        string resource = path is null ? $"/blob/{account.Name}/{container}" : $"/blob/{account.Name}/{container}/{path}";
        string kind = path is null ? Container : Blob;
        // permissions, start, end, resource, policy, IP, protocol, version, kind, snapshot, encryption scope, and five answer headers
        string signature = Sign(string.Join('\n', permissions, Time(from), Time(until), resource, "", "", "", Version, kind, "", "", "", "", "", "", ""));
        return $"sv={Version}&st={Escape(Time(from))}&se={Escape(Time(until))}&sr={kind}&sp={permissions}&sig={Escape(signature)}";
    }

    /// <summary>For everything in the account; the sandbox's own.</summary>
    public string Account(DateTimeOffset from, DateTimeOffset until)
    {
        const string permissions = "rwdlac", services = "b", resources = "sco";
        // account, permissions, services, resource types, start, end, IP, protocol, version, encryption scope, and an empty last line
        string signature = Sign(string.Join('\n', account.Name, permissions, services, resources, Time(from), Time(until), "", "", Version, "", ""));
        return $"sv={Version}&ss={services}&srt={resources}&sp={permissions}&st={Escape(Time(from))}&se={Escape(Time(until))}&sig={Escape(signature)}";
    }

    /// <summary>Whole seconds, as Azure takes them.</summary>
    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(account.Key), Encoding.UTF8.GetBytes(text)));
}
