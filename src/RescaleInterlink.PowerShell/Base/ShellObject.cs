using System.Management.Automation;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>An object the module gives to the shell. Its properties are the public interface; what is internal stays
/// with it but is not seen by scripts.</summary>
public interface IShellObject
{
    /// <summary>The stable name formats, scripts and <c>PSTypeName</c> go by.</summary>
    static abstract string TypeName { get; }
}

internal static class ShellObject
{
    /// <summary>The CLR type lives in a private load context where a script cannot name it, so the stable name is put
    /// in front of it.</summary>
    public static PSObject Wrap<T>(T item)
        where T : IShellObject
    {
        var wrapped = new PSObject(item);
        if (!wrapped.TypeNames.Contains(T.TypeName))
            wrapped.TypeNames.Insert(0, T.TypeName);
        return wrapped;
    }

    /// <summary>The same for objects of several types that are listed together: a name in front of their own gives them one table.</summary>
    public static PSObject Wrap<T>(T item, string listedAs)
        where T : IShellObject
    {
        PSObject wrapped = Wrap(item);
        wrapped.TypeNames.Insert(0, listedAs);
        return wrapped;
    }
}
