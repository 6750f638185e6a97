using System.Buffers;
using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Puts input files of any kind into a specification.</summary>
internal static class JobSpecInputs
{
    private static readonly SearchValues<char> OnlyInPaths = SearchValues.Create("/\\.*?[~");

    /// <summary>Files of the platform by object or id, local files by object or path. Pipeline thread only.</summary>
    /// <param name="piped">What came down the pipeline: a file is an input of its job, a folder the one that is archived.</param>
    /// <exception cref="RescaleException">SourceNotFound, ProviderNotSupported, JobSpecInvalid.</exception>
    public static JobSpec Add(PSCmdlet cmdlet, JobSpec spec, object[] given, object? piped)
    {
        var ids = new List<string>(spec.InputFileIds);
        var paths = new List<string>(spec.InputFiles);
        foreach (object item in given)
            Sort(cmdlet, FlagTransformationAttribute.Unwrap(item), ids, paths, mustExist: true);
        if (piped is StoredFileItem or FileInfo)
            Sort(cmdlet, piped, ids, paths, mustExist: true);
        else if (piped is JobInputItem input)
            paths.AddRange(input.InputFile);
        else if (piped is DirectoryInfo folder)
            spec = spec with { Directory = folder.FullName };
        return spec with { InputFileIds = [.. ids.Distinct(StringComparer.Ordinal)], InputFiles = [.. paths.Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>Ids and full paths of input files of any kind. A path without wildcards need not exist. Pipeline thread only.</summary>
    /// <exception cref="RescaleException">SourceNotFound, ProviderNotSupported, JobSpecInvalid.</exception>
    public static (IReadOnlyList<string> Ids, IReadOnlyList<string> Paths) Divide(PSCmdlet cmdlet, object[] given)
    {
        var ids = new List<string>();
        var paths = new List<string>();
        foreach (object item in given)
            Sort(cmdlet, FlagTransformationAttribute.Unwrap(item), ids, paths, mustExist: false);
        return ([.. ids.Distinct(StringComparer.Ordinal)], [.. paths.Distinct(StringComparer.Ordinal)]);
    }

    private static void Sort(PSCmdlet cmdlet, object item, List<string> ids, List<string> paths, bool mustExist)
    {
        switch (item)
        {
            case StoredFileItem stored:
                ids.Add(stored.Id);
                break;
            case FileInfo file:
                paths.Add(file.FullName);
                break;
            case string text when IsPath(cmdlet, text):
                paths.AddRange(Files(cmdlet, text, mustExist));
                break;
            case string id when !string.IsNullOrWhiteSpace(id):
                ids.Add(id.Trim());
                break;
            default:
                throw new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput, $"'{item}' is not an input file.",
                    "Give an id, a file of Get-RescaleFile or Send-RescaleFile, a local file or its path.");
        }
    }

    /// <exception cref="RescaleException">JobSpecInvalid.</exception>
    public static SubmitMode ParseSubmit(string text) => SubmitModes.TryParse(text, out SubmitMode mode)
        ? mode
        : throw new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput, $"'{text}' is not a value for Submit.",
            "Use yes, submit, create_and_submit, or no, draft, create_only.");

    /// <summary>An id has letters and digits only; a file here that is called so goes first.</summary>
    private static bool IsPath(PSCmdlet cmdlet, string text)
        => text.AsSpan().ContainsAny(OnlyInPaths) || (text.Trim().Length > 0 && File.Exists(PathResolver.Literal(cmdlet, text)));

    private static IEnumerable<string> Files(PSCmdlet cmdlet, string path, bool mustExist)
    {
        string literal = PathResolver.Literal(cmdlet, path);
        // Escaped wildcard characters are for the resolver, too.
        bool isPattern = !File.Exists(literal) && (WildcardPattern.ContainsWildcardCharacters(path) || path.Contains('`', StringComparison.Ordinal));
        IReadOnlyList<string> found = isPattern ? [.. PathResolver.Resolve(cmdlet, path, literal: false).Where(File.Exists)] : [literal];
        return found.Count > 0 && (found.All(File.Exists) || !(isPattern || mustExist))
            ? found
            : throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"There is no file '{path}'.", "Check the path; a folder is given with -Directory.");
    }
}
