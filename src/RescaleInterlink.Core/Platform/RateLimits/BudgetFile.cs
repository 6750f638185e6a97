using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>The bytes of a shared budget: a line of JSON, a line with the first half of its SHA-256, blanks. 0600; it holds no secret.</summary>
internal static class BudgetFile
{
    /// <summary>Part of the file's name, so that modules of two versions do not throw away each other's state at each call.</summary>
    public const int Version = 2;

    // Written as one piece that never gets shorter, so that the end of an older one cannot stay behind.
    private const int Piece = 1024;
    private const int Longest = 64 << 10;

    /// <returns>Null when it is torn, or not one of these files.</returns>
    public static BudgetState? Read(FileStream file, ScopeLimit limit)
    {
        if (file.Length is 0 or > Longest)
            return null;
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        var end = Array.IndexOf(bytes, (byte)'\n');
        if (end <= 0 || Encoding.ASCII.GetString(bytes.AsSpan(end + 1)).TrimEnd(' ', '\n') != CheckOf(bytes.AsSpan(0, end)))
            return null;
        try
        {
            var state = JsonSerializer.Deserialize(bytes.AsSpan(0, end), BudgetJson.Default.BudgetState);
            return state is not null && IsPlausible(state, limit) ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static void Write(FileStream file, BudgetState state)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(state, BudgetJson.Default.BudgetState);
        var check = Encoding.ASCII.GetBytes("\n" + CheckOf(json) + "\n");
        var length = Math.Max(file.Length, (json.Length + check.Length + Piece - 1) / Piece * Piece);
        var bytes = new byte[length > Longest ? json.Length + check.Length : length];
        bytes.AsSpan().Fill((byte)' ');
        json.CopyTo(bytes, 0);
        check.CopyTo(bytes, json.Length);
        if (length > Longest)
            file.SetLength(0);
        RandomAccess.Write(file.SafeFileHandle, bytes, 0);
    }

    /// <summary>A debt has no bound: a state that was thrown away for it would take the cooldown with it.</summary>
    private static bool IsPlausible(BudgetState state, ScopeLimit limit)
        => state.Tokens <= limit.Burst && state.At >= 0 && state.Issued >= 0 && state.Used >= 0
            && state.Cooldown >= TimeSpan.Zero && state.Cooldown <= BudgetState.LongestCooldown
            && state.Sharers is not null && state.Sharers.TrueForAll(static sharer => sharer is { Id: not null, Held: >= 0 } && sharer.Age >= TimeSpan.Zero);

    private static string CheckOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes), 0, 16).ToLowerInvariant();
}

/// <summary>Reader and writer, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BudgetState))]
internal sealed partial class BudgetJson : JsonSerializerContext;
