using System.Management.Automation;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>
/// A path that holds what PowerShell takes for wildcards. As a string the property <c>Path</c> would bind to <c>-Path</c> of
/// Get-Content, Remove-Item and their like, where <c>a[1].dat</c> means the file <c>a1.dat</c>. This is no string, so
/// <c>PSPath</c> binds to <c>-LiteralPath</c> instead. It compares and converts as the text it stands for.
/// </summary>
public sealed class LiteralPath : IEquatable<string>
{
    private readonly string _path;

    private LiteralPath(string path) => _path = path;

    /// <returns>The string itself, as long as it means the same file in both parameters.</returns>
    internal static object Of(string path) => WildcardPattern.ContainsWildcardCharacters(path) || path.Contains('`', StringComparison.Ordinal) ? new LiteralPath(path) : path;

    public bool Equals(string? other) => _path == other;

    public override bool Equals(object? obj) => obj is LiteralPath other ? _path == other._path : Equals(obj as string);

    public override int GetHashCode() => _path.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _path;
}
