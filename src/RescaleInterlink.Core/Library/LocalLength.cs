using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library;

/// <summary>Bytes of a file on disk; of a link those of the file it leads to.</summary>
public static class LocalLength
{
    /// <exception cref="RescaleException">SourceNotFound, SourceUnreadable.</exception>
    public static long Of(string path)
    {
        try
        {
            return LocalFileSource.Find(path).Length;
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, path) is { } failure)
        {
            throw failure;
        }
    }

    /// <returns>Null when there is no such file, or it cannot be told.</returns>
    public static long? Find(string path)
    {
        try
        {
            return Of(path);
        }
        catch (RescaleException)
        {
            return null;
        }
    }
}
