using System.Text.Json;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>
/// An append-only file with one JSON line per transaction. A line is handed to the operating system before the change is seen by anyone,
/// so a killed sandbox loses nothing it has answered; a torn last line was never answered and is cut off.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly string _path;
    private FileStream _file;

    private Journal(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Lines that are in the file now.</summary>
    public int Lines { get; private set; }

    /// <exception cref="InvalidDataException">A line other than the last cannot be read.</exception>
    public static Journal Open(string path, Action<JournalLine> replay)
    {
        var file = new FileStream(path, Hosting.PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0));
        var journal = new Journal(path, file);
        try
        {
            journal.Replay(replay);
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">It could not be written; the journal is as it was.</exception>
    public void Append(JournalLine line)
    {
        long before = _file.Position;
        try
        {
            _file.Write(Encode(line));
        }
        catch (IOException)
        {
            // A full disk may have taken half of the line; what is written next must not stand behind it.
            _file.SetLength(before);
            _file.Seek(before, SeekOrigin.Begin);
            throw;
        }

        Lines++;
    }

    /// <summary>Replaces the whole journal by these lines: written beside, then renamed over it.</summary>
    /// <exception cref="IOException">They could not be written; the journal is as it was.</exception>
    public void Rewrite(IEnumerable<JournalLine> lines)
    {
        string next = _path + ".next";
        int count = 0;
        try
        {
            using var file = new FileStream(next, Hosting.PrivateFiles.Options(FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0));
            foreach (var line in lines)
            {
                file.Write(Encode(line));
                count++;
            }

            // The new file has to be whole on the disk before it takes the old one's name. Windows renames only closed files.
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            File.Delete(next);
            throw;
        }

        _file.Dispose();
        File.Move(next, _path, overwrite: true);
        _file = new FileStream(_path, Hosting.PrivateFiles.Options(FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0));
        _file.Seek(0, SeekOrigin.End);
        Lines = count;
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Encode(JournalLine line)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(line, DataJson.Default.JournalLine);
        Array.Resize(ref json, json.Length + 1);
        json[^1] = (byte)'\n';
        return json;
    }

    private InvalidDataException Damaged(Exception? cause = null) => new($"Line {Lines + 1} of '{_path}' cannot be read.", cause);

    private void Replay(Action<JournalLine> replay)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int start = 0;
        while (start < bytes.Length)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                break;
            JournalLine? line;
            try
            {
                line = JsonSerializer.Deserialize(bytes.AsSpan(start, length), DataJson.Default.JournalLine);
            }
            catch (JsonException failure)
            {
                throw Damaged(failure);
            }

            if (line?.Changes is null || line.Changes.Any(change => change is null))
                throw Damaged();
            replay(line);
            Lines++;
            start += length + 1;
        }

        // A write that was cut short is the beginning of a line; anything else is damage, and may have been more than one of them.
        if (start < bytes.Length && bytes[start] != (byte)'{')
            throw Damaged();
        _file.SetLength(start);
        _file.Seek(start, SeekOrigin.Begin);
    }
}
