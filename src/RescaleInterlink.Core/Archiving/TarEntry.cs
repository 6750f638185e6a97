namespace RescaleInterlink.Archiving;

internal enum TarEntryKind : byte
{
    File = (byte)'0',
    SymbolicLink = (byte)'2',
    Directory = (byte)'5',
}

/// <summary>One entry as it was listed: all that its header is made of, and all that proves the file has not changed.</summary>
/// <param name="Name">Name inside the archive, with <c>/</c>; a directory's ends with one.</param>
/// <param name="Path">Full local path.</param>
/// <param name="Mode">Permission bits, at most 0xFFF.</param>
/// <param name="ModifiedUtc">Full precision; the header holds whole seconds.</param>
/// <param name="Length">Bytes of content; 0 for all but files.</param>
internal sealed record TarEntry(TarEntryKind Kind, string Name, string Path, int Mode, DateTime ModifiedUtc, long Length, string? LinkTarget);
