using System.Reflection;
using System.Runtime.Loader;

namespace RescaleInterlink.Loader;

/// <summary>
/// The private load context of the module. Its dependencies are looked for in one folder and nowhere else, so that
/// neither the module nor its neighbours in the same process ever see each other's versions of a library.
/// </summary>
/// <remarks>This assembly lives in the default context, because a script can name types of that one only. It is not
/// collectible: PowerShell keeps cmdlet types alive for the life of the process anyway.</remarks>
public sealed class LoadContext : AssemblyLoadContext
{
    private static readonly object Gate = new();
    private static volatile LoadContext? instance;

    private readonly string _folder;
    private readonly Assembly _cmdlets;

    private LoadContext(string cmdletAssembly)
        : base("RescaleInterlink", isCollectible: false)
    {
        _folder = Path.GetDirectoryName(cmdletAssembly)!;
        _cmdlets = LoadFromAssemblyPath(cmdletAssembly);
    }

    /// <summary>Loads the cmdlet assembly on the first call, and returns the same assembly on every other one.</summary>
    /// <param name="cmdletAssembly">Path of RescaleInterlink.PowerShell.dll; its folder is the only one probed.</param>
    /// <exception cref="InvalidOperationException">Another copy of the module is loaded: a process can hold only one.</exception>
    public static Assembly Load(string cmdletAssembly)
    {
        string path = Path.GetFullPath(cmdletAssembly);
        if (instance is null)
        {
            lock (Gate)
                instance ??= new LoadContext(path);
        }

        if (!string.Equals(instance._cmdlets.Location, path, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"RescaleInterlink is already loaded from '{instance._folder}', and a process can load it from one place only. " +
                "Start a new PowerShell process to use another copy.");
        }

        return instance._cmdlets;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // PowerShell itself must be the one that runs us, whatever lies in the folder.
        if (assemblyName.Name is null or "System.Management.Automation")
            return null;

        if (assemblyName.Name.StartsWith("System.", StringComparison.Ordinal) && RuntimeHas(assemblyName))
            return null;

        string candidate = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(candidate) ? LoadFromAssemblyPath(candidate) : null;
    }

    /// <summary>
    /// Whether the runtime brings this assembly itself, at least as new. Its copy is compiled ahead of time and often loaded
    /// already; the one that came with a dependency costs both again. No other module can have put its own in that place.
    /// </summary>
    private static bool RuntimeHas(AssemblyName wanted)
    {
        string own = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, wanted.Name + ".dll");
        return File.Exists(own) && AssemblyName.GetAssemblyName(own).Version >= wanted.Version;
    }
}
