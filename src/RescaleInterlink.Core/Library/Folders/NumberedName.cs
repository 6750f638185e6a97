using System.Globalization;

namespace RescaleInterlink.Library.Folders;

/// <summary>The names that <see cref="FolderConflict.Rename"/> tries: <c>name (2).ext</c>, <c>name (3).ext</c> and so on.</summary>
internal static class NumberedName
{
    public const int First = 2;

    public static string OfFile(string name, int number)
    {
        // The last extension; a name that begins with its only dot has none.
        var dot = name.LastIndexOf('.');
        return dot > 0 ? $"{OfFolder(name[..dot], number)}{name[dot..]}" : OfFolder(name, number);
    }

    public static string OfFolder(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name} ({number})");
}
