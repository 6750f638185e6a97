using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Pipelines;

/// <summary>A jobs table of the rows that have failed, each with its error behind it: readers of tables pass over columns that they do not know.</summary>
/// <remarks>It is there only while rows have failed. Only a file that was written as such is ever replaced or removed.</remarks>
internal static class FailureTable
{
    public const string ErrorColumn = "ErrorMessage";

    private static readonly string Header = string.Join(',', JobColumns.All) + "," + ErrorColumn;

    /// <summary>Whether nothing of another kind lies there.</summary>
    public static bool IsFree(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return false;
            if (new FileInfo(path) is { Exists: false } or { Length: 0 })
                return true;
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
            // No more than it takes: the file may be one endless line.
            var beginning = new char[Header.Length + 1];
            var count = reader.ReadBlock(beginning);
            return new string(beginning, 0, count).TrimEnd('\n') == Header;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }

    /// <exception cref="RescaleException">DestinationExists.</exception>
    public static void RequireFree(string path)
    {
        if (!IsFree(path))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists,
                $"The table of failed rows cannot be '{path}': another file lies there. Nothing was sent.", "Give another path.");
    }

    /// <summary>Leaves the table of these rows, or none.</summary>
    /// <returns>Why that could not be done, or null.</returns>
    public static string? Leave(string path, IReadOnlyList<(JobRow Row, string? Message)> failed)
    {
        var temporary = path + ".tmp";
        try
        {
            if (!IsFree(path))
                return $"The table of failed rows '{path}' was not written: another file lies there.";
            if (failed.Count == 0)
            {
                File.Delete(path);
                return null;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var writer = new StreamWriter(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
                JobTable.Write(writer, failed.Select(static row => row.Row.Spec), ErrorColumn, [.. failed.Select(static row => Redaction.RedactMarked(row.Message))]);
            File.Move(temporary, path, overwrite: true);
            return null;
        }
        catch (DirectoryNotFoundException) when (failed.Count == 0)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The table of failed rows '{path}' cannot be written: {exception.Message}";
        }
    }
}
