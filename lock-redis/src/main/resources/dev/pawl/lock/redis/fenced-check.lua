-- Behind fence.lua: nothing more.
return 1
