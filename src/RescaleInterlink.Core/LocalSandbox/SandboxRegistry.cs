using System.Globalization;
using System.Text.Json;

namespace RescaleInterlink.LocalSandbox;

/// <summary>The state files, one for each running sandbox, that tell where it runs.</summary>
internal static class SandboxRegistry
{
    public static string FolderOf(string stateHome) => Path.Combine(stateHome, "sandboxes");

    /// <summary>The living ones. Files of dead ones, left by a kill, are removed on the way.</summary>
    public static IReadOnlyList<SandboxInstance> Find(string stateHome)
    {
        var folder = FolderOf(stateHome);
        if (!Directory.Exists(folder))
            return [];
        var found = new List<SandboxInstance>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            if (Read(file) is not { } instance)
                continue;
            if (ProcessIdentity.IsAlive(instance.ProcessId, instance.ProcessStartTime))
                found.Add(instance);
            else
                Remove(file);
        }

        return found;
    }

    /// <returns>Null for a file that is gone or no (whole) state file; the sandbox writes it anew at its next start.</returns>
    public static SandboxInstance? Read(string file)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(file), SandboxJson.Default.RunningSandbox);
            return state is null ? null : ToInstance(state, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static SandboxInstance? ToInstance(RunningSandbox state, string? file)
        => Uri.TryCreate(state.ApiUrl, UriKind.Absolute, out var api)
            && Uri.TryCreate(state.S3Endpoint, UriKind.Absolute, out var s3)
            && Networking.Loopback.IsHost(api.Host)
            && Networking.Loopback.IsHost(s3.Host)
            && state is { ApiKey: { Length: > 0 } key, Path: { Length: > 0 } path, ProcessId: > 0 and var id }
                ? new SandboxInstance(api, s3, key, path, id, state.CertificatePath) 
                {
                    StorageType = Enum.TryParse(state.StorageType, out SandboxStorage storage) ? storage : SandboxStorage.S3,
                    AzureEndpoint = Uri.TryCreate(state.AzureEndpoint, UriKind.Absolute, out var azure) && Networking.Loopback.IsHost(azure.Host) ? azure : null,
                    ProcessStartTime = Time(state.ProcessStartTime),
                    StatePath = file,
                }
                : null;

    public static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody reads it just now; the next look removes it.
        }
    }

    /// <summary>UTC ticks, or ISO 8601.</summary>
    private static DateTimeOffset? Time(string? text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks)
            return new DateTimeOffset(ticks, TimeSpan.Zero);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}
