package filter

func builtin() map[ID]Codec {
	return map[ID]Codec{}
}
