using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>
/// The bytes of a checkpoint file: <c>{"version":1,"direction":"Upload","sequence":7,"saved":"...","checkpoint":{...},"check":"..."}</c>.
/// The check value is the first half of the SHA-256 of all that stands before it, so that a torn file is never taken for a whole one.
/// </summary>
internal sealed record CheckpointEnvelope(string Direction, long Sequence, DateTimeOffset Saved, JsonElement Body)
{
    /// <summary>The newest that is known; raised when an older module could not read some of the new files. 2: <see cref="UploadCheckpoint.Maker"/>.</summary>
    public const int Version = 2;

    private const int CheckLength = 32;
    private static readonly byte[] Beginning = Encoding.ASCII.GetBytes("{\"version\":");
    private static readonly byte[] BeforeCheck = Encoding.ASCII.GetBytes(",\"check\":\"");
    private static readonly byte[] End = Encoding.ASCII.GetBytes("\"}");

    public static ReadOnlyMemory<byte> Write<T>(T checkpoint, long sequence, DateTimeOffset now)
        where T : Checkpoint, ICheckpointKind<T>
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteNumber("version", checkpoint.FormatVersion);
        json.WriteString("direction", T.Direction.ToString());
        json.WriteNumber("sequence", sequence);
        json.WriteString("saved", now);
        json.WritePropertyName("checkpoint");
        JsonSerializer.Serialize(json, checkpoint, T.Json);
        json.Flush();
        var check = Encoding.ASCII.GetBytes(CheckOf(bytes.WrittenSpan));
        bytes.Write(BeforeCheck);
        bytes.Write(check);
        bytes.Write(End);
        return bytes.WrittenMemory;
    }

    /// <returns>The envelope, or the reason why there is none.</returns>
    public static (CheckpointEnvelope? Envelope, string? Problem) Read(ReadOnlyMemory<byte> file)
    {
        if (VersionOf(file.Span) is (< 1 or > Version) and var version)
            return (null, $"it is of version {version}, and this module knows none after {Version}");
        var tail = BeforeCheck.Length + CheckLength + End.Length;
        if (file.Length <= tail) return (null, "it is torn");
        var covered = file.Span[..^tail];
        var rest = file.Span[^tail..];
        if (!rest.StartsWith(BeforeCheck) || !rest.EndsWith(End)) return (null, "it is torn");
        if (Encoding.ASCII.GetString(rest.Slice(BeforeCheck.Length, CheckLength)) != CheckOf(covered)) return (null, "it is torn");
        try
        {
            var root = JsonDocument.Parse(file).RootElement;
            return (new CheckpointEnvelope(root.GetProperty("direction").GetString()!, root.GetProperty("sequence").GetInt64(),
                root.GetProperty("saved").GetDateTimeOffset(), root.GetProperty("checkpoint")), null);
        }
        catch (Exception failure) when (IsMalformed(failure))
        {
            return (null, "it is not one of this module's");
        }
    }

    /// <returns>Null when the content is not that of this kind.</returns>
    public T? As<T>()
        where T : Checkpoint, ICheckpointKind<T>
    {
        try
        {
            return Direction == T.Direction.ToString() ? Body.Deserialize(T.Json) : null;
        }
        catch (Exception failure) when (IsMalformed(failure))
        {
            return null;
        }
    }

    private static bool IsMalformed(Exception failure) =>
        failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or NotSupportedException;

    private static int? VersionOf(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Beginning)) return null;
        var digits = file[Beginning.Length..];
        var length = digits.IndexOf((byte)',');
        return length > 0 && int.TryParse(digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private static string CheckOf(ReadOnlySpan<byte> bytes) =>
        Convert.ToHexString(SHA256.HashData(bytes).AsSpan(0, CheckLength / 2)).ToLowerInvariant();
}
