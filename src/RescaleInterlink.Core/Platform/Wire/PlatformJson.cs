using System.Text.Json.Serialization;

namespace RescaleInterlink.Platform.Wire;

/// <summary>Readers and writers of all wire shapes, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    Converters = [typeof(LenientInt64Converter), typeof(LenientStringConverter), typeof(LenientBooleanConverter), typeof(LenientDateConverter), typeof(LenientDoubleConverter), typeof(LenientDecimalConverter), typeof(LenientJobStatusConverter)])]
[JsonSerializable(typeof(UserDto))]
[JsonSerializable(typeof(RootFoldersDto))]
[JsonSerializable(typeof(CredentialsDto))]
[JsonSerializable(typeof(CredentialsRequestDto))]
[JsonSerializable(typeof(FileDto))]
[JsonSerializable(typeof(RegistrationDto))]
[JsonSerializable(typeof(PageDto<FileDto>))]
[JsonSerializable(typeof(PageDto<FolderEntryDto>))]
[JsonSerializable(typeof(JobDto))]
[JsonSerializable(typeof(PageDto<JobDto>))]
[JsonSerializable(typeof(PageDto<JobStatusEntryDto>))]
[JsonSerializable(typeof(PageDto<CoreTypeDto>))]
[JsonSerializable(typeof(PageDto<AnalysisDto>))]
[JsonSerializable(typeof(PageDto<AutomationDto>))]
[JsonSerializable(typeof(List<AutomationDto>))]
[JsonSerializable(typeof(PageDto<TagDto>))]
[JsonSerializable(typeof(List<TagDto>))]
[JsonSerializable(typeof(PageDto<JobRunDto>))]
[JsonSerializable(typeof(PageDto<LiveFileDto>))]
[JsonSerializable(typeof(LastLinesDto))]
[JsonSerializable(typeof(WorkspaceFieldsDto))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(NameDto))]
[JsonSerializable(typeof(MoveDto))]
[JsonSerializable(typeof(ArchiveDto))]
[JsonSerializable(typeof(TrashChoiceDto))]
[JsonSerializable(typeof(ProjectDto))]
internal sealed partial class PlatformJson : JsonSerializerContext;
