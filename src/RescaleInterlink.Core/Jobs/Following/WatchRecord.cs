using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Jobs.Following;

/// <summary>
/// What a watch has put into a folder: a file of this user's state folder, one line of JSON for each. It tells an earlier version of an output,
/// which a newer one replaces, from a file that is not the watch's; and while it is open nobody else watches into that folder.
/// </summary>
internal sealed class WatchRecord : IDisposable
{
    private const int IdBytes = 16;

    private readonly FileStream _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private WatchRecord(FileStream file) => _file = file;

    /// <param name="stateFolder">Full path of the user's state folder.</param>
    /// <param name="folder">Full path of the folder that is watched into.</param>
    /// <exception cref="RescaleException">TransferInUse: another watch is at it; TransferStateUnwritable.</exception>
    public static WatchRecord Open(string stateFolder, string folder)
    {
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, IdBytes)).ToLowerInvariant();
        var watches = Path.Combine(stateFolder, "watches");
        try
        {
            Configuration.StateFolder.Create(watches);
            var record = new WatchRecord(OwnFile.Open(Path.Combine(watches, $"{name}.jsonl"), FileMode.OpenOrCreate));
            record.Read();
            return record;
        }
        catch (IOException held) when (OwnFile.IsHeld(held))
        {
            throw new RescaleException(ErrorIds.TransferInUse, ErrorKind.State, $"Another command watches a job into '{folder}' already.", "Wait until it has ended, or choose another destination.", held);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.TransferStateUnwritable, ErrorKind.LocalFile, $"What is watched cannot be noted in '{watches}': {failure.Message}", innerException: failure);
        }
    }

    /// <returns>What was put at this path; null when nothing was.</returns>
    public Entry? Find(string path)
    {
        lock (_entries)
            return _entries.GetValueOrDefault(path);
    }

    /// <summary>Notes what was put somewhere. A note that cannot be written is one that a later watch has to do without.</summary>
    public void Note(Entry entry)
    {
        lock (_entries)
        {
            _entries[entry.Path] = entry;
            try
            {
                _file.Write(JsonSerializer.SerializeToUtf8Bytes(entry, WatchRecordJson.Default.Entry));
                _file.WriteByte((byte)'\n');
            }
            catch (IOException)
            {
                // A full disk, most likely; the files themselves are there.
            }
        }
    }

    /// <summary>Nothing is left to go on with.</summary>
    public void Complete()
    {
        try
        {
            File.Delete(_file.Name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // On Windows an open file stays; an empty one says as much as none.
            lock (_entries)
                _file.SetLength(0);
        }
    }

    public void Dispose()
    {
        // Nothing was put there: nothing is to be remembered.
        if (_entries.Count == 0)
            Complete();
        _file.Dispose();
    }

    private void Read()
    {
        using var reader = new StreamReader(_file, leaveOpen: true);
        var isTorn = false;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            try
            {
                if (JsonSerializer.Deserialize(line, WatchRecordJson.Default.Entry) is { Path: not null, Sha512: not null } entry)
                    _entries[entry.Path] = entry;
            }
            catch (JsonException)
            {
                // A line that a crash has cut short.
                isTorn = true;
            }
        }

        _file.Seek(0, SeekOrigin.End);
        if (isTorn)
            _file.WriteByte((byte)'\n');
    }

    /// <param name="Path">Full path.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="Sha512">Hex.</param>
    internal sealed record Entry(string Path, long Length, string Sha512);
}

[JsonSerializable(typeof(WatchRecord.Entry))]
internal sealed partial class WatchRecordJson : JsonSerializerContext;
